CREATE TABLE `announcements` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`tables` text,
	`starts_at` integer NOT NULL,
	`ends_at` integer NOT NULL,
	`note` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `features` (
	`entity` text NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`state` text NOT NULL,
	`was` text,
	`first_seen_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`row_count` integer,
	`nulls` integer,
	`distinct_values` integer,
	`minimum` text,
	`maximum` text,
	`counted_at` integer,
	PRIMARY KEY(`entity`, `name`)
);
--> statement-breakpoint
CREATE TABLE `item_pushes` (
	`item_id` text PRIMARY KEY NOT NULL,
	`fields` text NOT NULL,
	`seq` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `item_pushes_by_seq` ON `item_pushes` (`seq`);--> statement-breakpoint
CREATE TABLE `notices` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`message` text NOT NULL,
	`opened_at` integer NOT NULL,
	`closed_at` integer,
	`announcement_id` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `notices_open` ON `notices` (`kind`,`subject`) WHERE closed_at IS NULL;--> statement-breakpoint
CREATE INDEX `notices_by_time` ON `notices` (`opened_at`);--> statement-breakpoint
CREATE TABLE `schema_changes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`run` integer NOT NULL,
	`noticed_at` integer NOT NULL,
	`entity` text NOT NULL,
	`table_name` text NOT NULL,
	`column_name` text,
	`kind` text NOT NULL,
	`before` text,
	`after` text,
	`effect` text NOT NULL,
	`message` text NOT NULL,
	`announcement_id` text
);
--> statement-breakpoint
CREATE TABLE `sync_ranges` (
	`entity` text NOT NULL,
	`id` integer NOT NULL,
	`after_key` text,
	`upto_key` text,
	`retired` integer NOT NULL,
	`row_count` integer NOT NULL,
	`checksum` text,
	`row_keys` text NOT NULL,
	PRIMARY KEY(`entity`, `id`)
);
--> statement-breakpoint
CREATE TABLE `user_pushes` (
	`user_id` text PRIMARY KEY NOT NULL,
	`fields` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `sync_runs` ADD `entities` text;--> statement-breakpoint
ALTER TABLE `sync_runs` ADD `lag_seconds` real;--> statement-breakpoint
ALTER TABLE `sync_runs` ADD `announcement_id` text;--> statement-breakpoint
CREATE INDEX `items_by_run` ON `items` (`changed_run`);