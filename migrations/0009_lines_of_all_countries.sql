ALTER TABLE `hourly_lines` RENAME TO `hourly_line_countries`;--> statement-breakpoint
CREATE TABLE `hourly_lines` (
	`hour` integer NOT NULL,
	`grain` text NOT NULL,
	`currency` text NOT NULL,
	`line` text NOT NULL,
	`views` integer NOT NULL,
	`carts` integer NOT NULL,
	`removals` integer NOT NULL,
	`purchases` integer NOT NULL,
	`quantity` real NOT NULL,
	`revenue` real NOT NULL,
	PRIMARY KEY(`hour`, `grain`, `line`, `currency`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `roll_up_state` (
	`name` text PRIMARY KEY NOT NULL,
	`until` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `hourly_lines` SELECT `hour`, `grain`, `currency`, `line`, sum(`views`), sum(`carts`), sum(`removals`), sum(`purchases`), sum(`quantity`), sum(`revenue`) FROM `hourly_line_countries` GROUP BY `hour`, `grain`, `line`, `currency`;--> statement-breakpoint
INSERT INTO `roll_up_state` SELECT 'lines', coalesce(max(`hour`) + 3600000, 0) FROM `hourly_line_countries` WHERE `grain` = 'hour';
