CREATE TABLE `exports` (
	`export_id` text PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer,
	`error` text
);
--> statement-breakpoint
CREATE TABLE `items` (
	`item_id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`category` text NOT NULL,
	`price` real NOT NULL,
	`stock` integer,
	`hidden` integer NOT NULL,
	`image` text,
	`url` text,
	`public_values` text NOT NULL,
	`features` text NOT NULL,
	`row_hash` text NOT NULL,
	`changed_run` integer NOT NULL,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE TABLE `leases` (
	`name` text PRIMARY KEY NOT NULL,
	`holder` text NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `models` (
	`version` text PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`manifest` text,
	`problems` text NOT NULL,
	`indexed_through_run` integer NOT NULL,
	`published_at` integer NOT NULL,
	`activated_at` integer
);
--> statement-breakpoint
CREATE TABLE `orders` (
	`order_id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`ordered_at` integer NOT NULL,
	`date_only` integer NOT NULL,
	`cancelled` integer NOT NULL,
	`lines` text NOT NULL,
	`row_hash` text NOT NULL,
	`changed_run` integer NOT NULL,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE INDEX `orders_by_user` ON `orders` (`user_id`,`ordered_at`);--> statement-breakpoint
CREATE TABLE `ratings` (
	`user_id` text NOT NULL,
	`item_id` text NOT NULL,
	`rating` real NOT NULL,
	`rated_at` integer,
	`row_hash` text NOT NULL,
	`changed_run` integer NOT NULL,
	`deleted_at` integer,
	PRIMARY KEY(`user_id`, `item_id`)
);
--> statement-breakpoint
CREATE TABLE `sync_quarantine` (
	`entity` text NOT NULL,
	`row_key` text NOT NULL,
	`state` text NOT NULL,
	`reason` text NOT NULL,
	`detail` text NOT NULL,
	`first_run` integer NOT NULL,
	`last_run` integer NOT NULL,
	PRIMARY KEY(`entity`, `row_key`)
);
--> statement-breakpoint
CREATE TABLE `sync_runs` (
	`run` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`run_id` text NOT NULL,
	`trigger` text NOT NULL,
	`state` text NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer,
	`counts` text NOT NULL,
	`source_schema` text,
	`error` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sync_runs_run_id_unique` ON `sync_runs` (`run_id`);--> statement-breakpoint
CREATE TABLE `sync_state` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `user_embeddings` (
	`version` text NOT NULL,
	`user_id` text NOT NULL,
	`embedding` text NOT NULL,
	PRIMARY KEY(`version`, `user_id`)
);
--> statement-breakpoint
CREATE TABLE `users` (
	`user_id` text PRIMARY KEY NOT NULL,
	`country` text,
	`features` text NOT NULL,
	`row_hash` text NOT NULL,
	`changed_run` integer NOT NULL,
	`deleted_at` integer
);
