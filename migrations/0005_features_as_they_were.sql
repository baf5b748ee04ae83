-- What the feature catalogue said before it changed, kept as migration 0004 keeps users, items and ratings. Catalogue
-- entries are never deleted: a feature that is gone says so.
CREATE TABLE `feature_versions` (
	`entity` text NOT NULL,
	`name` text NOT NULL,
	`until` integer NOT NULL,
	`kind` text,
	`state` text,
	`was` text,
	`existed` integer NOT NULL,
	PRIMARY KEY(`entity`, `name`, `until`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TRIGGER `features_inserted` AFTER INSERT ON `features`
BEGIN
	INSERT INTO `feature_versions` (`entity`, `name`, `until`, `existed`)
	VALUES (
		NEW.`entity`, NEW.`name`,
		max(CAST(unixepoch('subsec') * 1000 AS INTEGER), coalesce((SELECT max(`until`) FROM `feature_versions` WHERE `entity` = NEW.`entity` AND `name` = NEW.`name`), 0)),
		0
	)
	ON CONFLICT DO NOTHING;
END;
--> statement-breakpoint
-- Figures are counted after every change of rows, and that a feature is still there is noted every hour: they write nothing.
CREATE TRIGGER `features_changed` AFTER UPDATE ON `features`
WHEN OLD.`kind` IS NOT NEW.`kind` OR OLD.`state` IS NOT NEW.`state` OR OLD.`was` IS NOT NEW.`was`
BEGIN
	INSERT INTO `feature_versions` (`entity`, `name`, `until`, `kind`, `state`, `was`, `existed`)
	VALUES (
		OLD.`entity`, OLD.`name`,
		max(CAST(unixepoch('subsec') * 1000 AS INTEGER), coalesce((SELECT max(`until`) FROM `feature_versions` WHERE `entity` = OLD.`entity` AND `name` = OLD.`name`), 0)),
		OLD.`kind`, OLD.`state`, OLD.`was`,
		1
	)
	ON CONFLICT DO NOTHING;
END;
