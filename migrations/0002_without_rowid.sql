-- A table with a key of text is two trees in SQLite, a row and an index entry, and D1 charges for both writes.
-- Without a row id the key is the table: half the rows written. items keeps its row id: its rows are long.
CREATE TABLE `users_new` (
	`user_id` text PRIMARY KEY NOT NULL,
	`country` text,
	`features` text NOT NULL,
	`row_hash` text NOT NULL,
	`changed_run` integer NOT NULL,
	`deleted_at` integer
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `users_new` SELECT `user_id`, `country`, `features`, `row_hash`, `changed_run`, `deleted_at` FROM `users`;
--> statement-breakpoint
DROP TABLE `users`;
--> statement-breakpoint
ALTER TABLE `users_new` RENAME TO `users`;
--> statement-breakpoint
CREATE TABLE `orders_new` (
	`order_id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`ordered_at` integer NOT NULL,
	`date_only` integer NOT NULL,
	`cancelled` integer NOT NULL,
	`lines` text NOT NULL,
	`row_hash` text NOT NULL,
	`changed_run` integer NOT NULL,
	`deleted_at` integer
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `orders_new` SELECT `order_id`, `user_id`, `ordered_at`, `date_only`, `cancelled`, `lines`, `row_hash`, `changed_run`, `deleted_at` FROM `orders`;
--> statement-breakpoint
DROP TABLE `orders`;
--> statement-breakpoint
ALTER TABLE `orders_new` RENAME TO `orders`;
--> statement-breakpoint
CREATE INDEX `orders_by_user` ON `orders` (`user_id`,`ordered_at`);
--> statement-breakpoint
CREATE TABLE `ratings_new` (
	`user_id` text NOT NULL,
	`item_id` text NOT NULL,
	`rating` real NOT NULL,
	`rated_at` integer,
	`row_hash` text NOT NULL,
	`changed_run` integer NOT NULL,
	`deleted_at` integer,
	PRIMARY KEY(`user_id`, `item_id`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `ratings_new` SELECT `user_id`, `item_id`, `rating`, `rated_at`, `row_hash`, `changed_run`, `deleted_at` FROM `ratings`;
--> statement-breakpoint
DROP TABLE `ratings`;
--> statement-breakpoint
ALTER TABLE `ratings_new` RENAME TO `ratings`;
