CREATE TABLE `hourly_degraded` (
	`hour` integer NOT NULL,
	`reason` text NOT NULL,
	`answers` integer NOT NULL,
	PRIMARY KEY(`hour`, `reason`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `hourly_lines` (
	`hour` integer NOT NULL,
	`grain` text NOT NULL,
	`country` text NOT NULL,
	`currency` text NOT NULL,
	`line` text NOT NULL,
	`views` integer NOT NULL,
	`carts` integer NOT NULL,
	`removals` integer NOT NULL,
	`purchases` integer NOT NULL,
	`quantity` real NOT NULL,
	`revenue` real NOT NULL,
	PRIMARY KEY(`hour`, `grain`, `line`, `country`, `currency`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `hourly_orders` (
	`hour` integer NOT NULL,
	`grain` text NOT NULL,
	`country` text NOT NULL,
	`currency` text NOT NULL,
	`orders` integer NOT NULL,
	PRIMARY KEY(`hour`, `grain`, `country`, `currency`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `hourly_served` (
	`hour` integer PRIMARY KEY NOT NULL,
	`answers` integer NOT NULL,
	`items` integer NOT NULL,
	`degraded` integer NOT NULL,
	`slow` integer NOT NULL,
	`lost` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `ledger_counted` (
	`shard` integer PRIMARY KEY NOT NULL,
	`sequence` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `notice_deliveries` (
	`notice_id` integer NOT NULL,
	`phase` text NOT NULL,
	`target` text NOT NULL,
	`attempts` integer NOT NULL,
	`next_at` integer,
	`delivered_at` integer,
	`error` text,
	PRIMARY KEY(`notice_id`, `phase`, `target`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `served_messages` (
	`message_id` text PRIMARY KEY NOT NULL,
	`written_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `spikes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`scope` text NOT NULL,
	`subject` text NOT NULL,
	`signal` text NOT NULL,
	`started_at` integer NOT NULL,
	`seen_at` integer NOT NULL,
	`ended_at` integer,
	`hour` integer NOT NULL,
	`observed` real NOT NULL,
	`expected` real NOT NULL,
	`p_value` real NOT NULL,
	`peak_ratio` real NOT NULL,
	`peak_hour` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `spikes_open` ON `spikes` (`scope`,`subject`,`signal`) WHERE ended_at IS NULL;--> statement-breakpoint
CREATE TABLE `weekly_shoppers` (
	`week` integer NOT NULL,
	`kind` text NOT NULL,
	`new_shoppers` integer NOT NULL,
	`returning_shoppers` integer NOT NULL,
	PRIMARY KEY(`week`, `kind`)
) WITHOUT ROWID;
--> statement-breakpoint
-- A batch stood under its object's key; what was served now stands by the hour.
INSERT INTO `hourly_served` SELECT `written_at` - `written_at` % 3600000, sum(`answers`), sum(`items`), sum(`degraded`), 0, sum(`lost`) FROM `served_batches` GROUP BY 1;--> statement-breakpoint
DROP TABLE `served_batches`;--> statement-breakpoint
-- Rows were a shard's own, and each remembered the sequence that is in it; now a shard has one row that does.
INSERT INTO `ledger_counted` SELECT `shard`, max(`sequence`) FROM (SELECT `shard`, `sequence` FROM `hourly_items` UNION ALL SELECT `shard`, `sequence` FROM `hourly_recommendations`) GROUP BY `shard`;--> statement-breakpoint
CREATE TABLE `hourly_items_new` (
	`hour` integer NOT NULL,
	`grain` text NOT NULL,
	`country` text NOT NULL,
	`currency` text NOT NULL,
	`item_id` text NOT NULL,
	`views` integer NOT NULL,
	`carts` integer NOT NULL,
	`removals` integer NOT NULL,
	`purchases` integer NOT NULL,
	`quantity` real NOT NULL,
	`revenue` real NOT NULL,
	PRIMARY KEY(`hour`, `grain`, `item_id`, `country`, `currency`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `hourly_items_new` SELECT `hour`, `grain`, `country`, '', `item_id`, sum(`views`), sum(`carts`), sum(`removals`), sum(`purchases`), sum(`quantity`), sum(`revenue`) FROM `hourly_items` GROUP BY `hour`, `grain`, `item_id`, `country`;--> statement-breakpoint
DROP TABLE `hourly_items`;--> statement-breakpoint
ALTER TABLE `hourly_items_new` RENAME TO `hourly_items`;--> statement-breakpoint
INSERT INTO `hourly_lines` SELECT counted.`hour`, counted.`grain`, counted.`country`, '', coalesce(items.`category`, ''), sum(counted.`views`), sum(counted.`carts`), sum(counted.`removals`), sum(counted.`purchases`), sum(counted.`quantity`), sum(counted.`revenue`) FROM `hourly_items` AS counted LEFT JOIN `items` ON items.`item_id` = counted.`item_id` GROUP BY 1, 2, 3, 5;--> statement-breakpoint
CREATE TABLE `hourly_recommendations_new` (
	`hour` integer NOT NULL,
	`grain` text NOT NULL,
	`placement` text NOT NULL,
	`strategy` text NOT NULL,
	`model_version` text NOT NULL,
	`arm` text NOT NULL,
	`currency` text NOT NULL,
	`served` integer NOT NULL,
	`impressions` integer NOT NULL,
	`clicks` integer NOT NULL,
	`carts` integer NOT NULL,
	`purchases` integer NOT NULL,
	`quantity` real NOT NULL,
	`revenue` real NOT NULL,
	PRIMARY KEY(`hour`, `grain`, `placement`, `strategy`, `model_version`, `arm`, `currency`)
) WITHOUT ROWID;
--> statement-breakpoint
-- Pieces were not counted of recommendations; orders that hold the item are the least that they can have been.
INSERT INTO `hourly_recommendations_new` SELECT `hour`, 'hour', `placement`, `strategy`, `model_version`, `arm`, '', 0, sum(`impressions`), sum(`clicks`), sum(`carts`), sum(`purchases`), sum(`purchases`), sum(`revenue`) FROM `hourly_recommendations` GROUP BY 1, 3, 4, 5, 6;--> statement-breakpoint
DROP TABLE `hourly_recommendations`;--> statement-breakpoint
ALTER TABLE `hourly_recommendations_new` RENAME TO `hourly_recommendations`;--> statement-breakpoint
CREATE INDEX `orders_by_time` ON `orders` (`ordered_at`);
