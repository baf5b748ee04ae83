-- Without row ids, as in migration 0002. The triggers at the end keep what a user, item or rating was before it changed:
-- a row of *_versions says that before `until` (milliseconds since 1970 UTC) the record was this, or was not there.
CREATE TABLE `erased_users` (
	`pseudonym` text PRIMARY KEY NOT NULL,
	`erased_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `export_columns` (
	`entity` text NOT NULL,
	`feature` text NOT NULL,
	`type` text NOT NULL,
	`name` text NOT NULL,
	`folded_name` text NOT NULL,
	PRIMARY KEY(`entity`, `feature`, `type`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `export_columns_by_name` ON `export_columns` (`entity`,`folded_name`);
--> statement-breakpoint
CREATE TABLE `item_versions` (
	`item_id` text NOT NULL,
	`until` integer NOT NULL,
	`name` text,
	`category` text,
	`price` real,
	`features` text,
	`existed` integer NOT NULL,
	PRIMARY KEY(`item_id`, `until`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `rating_versions` (
	`user_id` text NOT NULL,
	`item_id` text NOT NULL,
	`until` integer NOT NULL,
	`rating` real,
	`rated_at` integer,
	`existed` integer NOT NULL,
	PRIMARY KEY(`user_id`, `item_id`, `until`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `user_versions` (
	`user_id` text NOT NULL,
	`until` integer NOT NULL,
	`country` text,
	`features` text,
	`existed` integer NOT NULL,
	PRIMARY KEY(`user_id`, `until`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `exports` ADD `params` text DEFAULT '{"asOf":null,"csv":false,"userIds":"raw"}' NOT NULL;
--> statement-breakpoint
ALTER TABLE `exports` ADD `trigger` text DEFAULT 'api' NOT NULL;
--> statement-breakpoint
ALTER TABLE `exports` ADD `as_of` integer;
--> statement-breakpoint
ALTER TABLE `exports` ADD `rows` integer;
--> statement-breakpoint
ALTER TABLE `exports` ADD `bytes` integer;
--> statement-breakpoint
-- `until` never goes back, even if D1's clock does: an older state would stand behind a newer one. Of two changes at one
-- time the state before both stands. That is ON CONFLICT DO NOTHING and not OR IGNORE, since inside an upsert the outer
-- statement's own conflict policy takes the place of OR IGNORE.
CREATE TRIGGER `users_inserted` AFTER INSERT ON `users`
WHEN NEW.`deleted_at` IS NULL
BEGIN
	INSERT INTO `user_versions` (`user_id`, `until`, `existed`)
	VALUES (
		NEW.`user_id`,
		max(CAST(unixepoch('subsec') * 1000 AS INTEGER), coalesce((SELECT max(`until`) FROM `user_versions` WHERE `user_id` = NEW.`user_id`), 0)),
		0
	)
	ON CONFLICT DO NOTHING;
END;
--> statement-breakpoint
-- A row with neither hash nor run is one that a push has just made and fills with its next statement: not there yet.
CREATE TRIGGER `users_changed` AFTER UPDATE ON `users`
WHEN NEW.`deleted_at` IS NULL AND (
	OLD.`country` IS NOT NEW.`country`
	OR OLD.`features` IS NOT NEW.`features`
	OR (OLD.`deleted_at` IS NULL) <> (NEW.`deleted_at` IS NULL)
)
BEGIN
	INSERT INTO `user_versions` (`user_id`, `until`, `country`, `features`, `existed`)
	SELECT
		OLD.`user_id`,
		max(CAST(unixepoch('subsec') * 1000 AS INTEGER), coalesce((SELECT max(`until`) FROM `user_versions` WHERE `user_id` = OLD.`user_id`), 0)),
		iif(`existed`, OLD.`country`, NULL), iif(`existed`, OLD.`features`, NULL),
		`existed`
	FROM (SELECT OLD.`deleted_at` IS NULL AND NOT (OLD.`row_hash` = '' AND OLD.`changed_run` = 0) AS `existed`)
	WHERE true
	ON CONFLICT DO NOTHING;
END;
--> statement-breakpoint
-- A person's data goes with the person.
CREATE TRIGGER `users_deleted` AFTER UPDATE ON `users`
WHEN OLD.`deleted_at` IS NULL AND NEW.`deleted_at` IS NOT NULL
BEGIN
	DELETE FROM `user_versions` WHERE `user_id` = OLD.`user_id`;
END;
--> statement-breakpoint
CREATE TRIGGER `items_inserted` AFTER INSERT ON `items`
WHEN NEW.`deleted_at` IS NULL
BEGIN
	INSERT INTO `item_versions` (`item_id`, `until`, `existed`)
	VALUES (
		NEW.`item_id`,
		max(CAST(unixepoch('subsec') * 1000 AS INTEGER), coalesce((SELECT max(`until`) FROM `item_versions` WHERE `item_id` = NEW.`item_id`), 0)),
		0
	)
	ON CONFLICT DO NOTHING;
END;
--> statement-breakpoint
-- Stock, hidden and what shoppers are shown beside the name are in no export, and stock changes often: they write nothing.
CREATE TRIGGER `items_changed` AFTER UPDATE ON `items`
WHEN (OLD.`deleted_at` IS NULL OR NEW.`deleted_at` IS NULL) AND (
	OLD.`name` IS NOT NEW.`name`
	OR OLD.`category` IS NOT NEW.`category`
	OR OLD.`price` IS NOT NEW.`price`
	OR OLD.`features` IS NOT NEW.`features`
	OR (OLD.`deleted_at` IS NULL) <> (NEW.`deleted_at` IS NULL)
)
BEGIN
	INSERT INTO `item_versions` (`item_id`, `until`, `name`, `category`, `price`, `features`, `existed`)
	SELECT
		OLD.`item_id`,
		max(CAST(unixepoch('subsec') * 1000 AS INTEGER), coalesce((SELECT max(`until`) FROM `item_versions` WHERE `item_id` = OLD.`item_id`), 0)),
		iif(`existed`, OLD.`name`, NULL), iif(`existed`, OLD.`category`, NULL), iif(`existed`, OLD.`price`, NULL), iif(`existed`, OLD.`features`, NULL),
		`existed`
	FROM (SELECT OLD.`deleted_at` IS NULL AND NOT (OLD.`row_hash` = '' AND OLD.`changed_run` = 0) AS `existed`)
	WHERE true
	ON CONFLICT DO NOTHING;
END;
--> statement-breakpoint
CREATE TRIGGER `ratings_inserted` AFTER INSERT ON `ratings`
WHEN NEW.`deleted_at` IS NULL
BEGIN
	INSERT INTO `rating_versions` (`user_id`, `item_id`, `until`, `existed`)
	VALUES (
		NEW.`user_id`, NEW.`item_id`,
		max(CAST(unixepoch('subsec') * 1000 AS INTEGER), coalesce((SELECT max(`until`) FROM `rating_versions` WHERE `user_id` = NEW.`user_id` AND `item_id` = NEW.`item_id`), 0)),
		0
	)
	ON CONFLICT DO NOTHING;
END;
--> statement-breakpoint
CREATE TRIGGER `ratings_changed` AFTER UPDATE ON `ratings`
WHEN (OLD.`deleted_at` IS NULL OR NEW.`deleted_at` IS NULL) AND (
	OLD.`rating` IS NOT NEW.`rating`
	OR OLD.`rated_at` IS NOT NEW.`rated_at`
	OR (OLD.`deleted_at` IS NULL) <> (NEW.`deleted_at` IS NULL)
)
BEGIN
	INSERT INTO `rating_versions` (`user_id`, `item_id`, `until`, `rating`, `rated_at`, `existed`)
	SELECT
		OLD.`user_id`, OLD.`item_id`,
		max(CAST(unixepoch('subsec') * 1000 AS INTEGER), coalesce((SELECT max(`until`) FROM `rating_versions` WHERE `user_id` = OLD.`user_id` AND `item_id` = OLD.`item_id`), 0)),
		iif(`existed`, OLD.`rating`, NULL), iif(`existed`, OLD.`rated_at`, NULL),
		`existed`
	FROM (SELECT OLD.`deleted_at` IS NULL AS `existed`)
	WHERE true
	ON CONFLICT DO NOTHING;
END;
