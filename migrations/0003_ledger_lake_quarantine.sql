-- Without row ids, as in migration 0002: the key is the table, and D1 charges for one written row instead of two.
CREATE TABLE `deployment` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `hourly_items` (
	`hour` integer NOT NULL,
	`grain` text NOT NULL,
	`item_id` text NOT NULL,
	`country` text NOT NULL,
	`shard` integer NOT NULL,
	`views` integer NOT NULL,
	`carts` integer NOT NULL,
	`removals` integer NOT NULL,
	`purchases` integer NOT NULL,
	`quantity` real NOT NULL,
	`revenue` real NOT NULL,
	`sequence` integer NOT NULL,
	PRIMARY KEY(`hour`, `grain`, `item_id`, `country`, `shard`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `hourly_recommendations` (
	`hour` integer NOT NULL,
	`placement` text NOT NULL,
	`strategy` text NOT NULL,
	`model_version` text NOT NULL,
	`arm` text NOT NULL,
	`shard` integer NOT NULL,
	`impressions` integer NOT NULL,
	`clicks` integer NOT NULL,
	`carts` integer NOT NULL,
	`purchases` integer NOT NULL,
	`revenue` real NOT NULL,
	`sequence` integer NOT NULL,
	PRIMARY KEY(`hour`, `placement`, `strategy`, `model_version`, `arm`, `shard`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `kept_files` (
	`key` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`source` text NOT NULL,
	`written_at` integer NOT NULL,
	`records` integer NOT NULL,
	`reasons` text NOT NULL,
	`replayed_at` integer,
	`replay` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `lake_hours` (
	`table_name` text NOT NULL,
	`hour` integer NOT NULL,
	`state` text NOT NULL,
	`small_files` integer NOT NULL,
	`large_files` integer NOT NULL,
	`rows` integer NOT NULL,
	`compacted_at` integer NOT NULL,
	PRIMARY KEY(`table_name`, `hour`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `served_batches` (
	`key` text PRIMARY KEY NOT NULL,
	`written_at` integer NOT NULL,
	`answers` integer NOT NULL,
	`items` integer NOT NULL,
	`degraded` integer NOT NULL,
	`lost` integer NOT NULL
) WITHOUT ROWID;
