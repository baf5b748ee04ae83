ALTER TABLE `hourly_items` ADD `line` text;--> statement-breakpoint
CREATE INDEX `kept_files_by_kind` ON `kept_files` (`kind`,`written_at`);--> statement-breakpoint
CREATE INDEX `sync_runs_by_time` ON `sync_runs` (`started_at`);