CREATE TABLE `line_deltas` (
	`id` integer PRIMARY KEY NOT NULL,
	`entries` text NOT NULL
);
--> statement-breakpoint
INSERT INTO `hourly_lines` (`hour`, `grain`, `line`, `currency`, `views`, `carts`, `removals`, `purchases`, `quantity`, `revenue`) SELECT `hour`, `grain`, `line`, `currency`, sum(`views`), sum(`carts`), sum(`removals`), sum(`purchases`), sum(`quantity`), sum(`revenue`) FROM `hourly_line_countries` WHERE `grain` = 'hour' AND `hour` >= (SELECT `until` FROM `roll_up_state` WHERE `name` = 'lines') GROUP BY 1, 2, 3, 4;--> statement-breakpoint
DROP TABLE `roll_up_state`;
