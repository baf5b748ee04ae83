import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { type Command, CommandError } from "./command.ts";
import { nearestName } from "./terminal/nearest-name.ts";

const COMMANDS_FOLDER = join(import.meta.dirname, "commands");
const STATUS_FAILED = 1;
const STATUS_MISUSED = 2;

function commandNames(): string[] {
  return readdirSync(COMMANDS_FOLDER)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length))
    .sort();
}

// A command is loaded only when it is called: none pays for the libraries of the others.
async function loadCommand(name: string): Promise<Command> {
  const module = (await import(pathToFileURL(join(COMMANDS_FOLDER, `${name}.ts`)).href)) as { default: Command };
  return module.default;
}

async function overview(names: readonly string[]): Promise<string> {
  const width = Math.max(...names.map((name) => name.length));
  const commands = await Promise.all(names.map(loadCommand));
  const lines = names.map((name, position) => `  ${name.padEnd(width)}  ${commands[position]?.summary ?? ""}`);
  return `endcap COMMAND …\n\n${lines.join("\n")}\n\nendcap COMMAND --help says more about each.`;
}

function isMistakenOption(error: unknown): error is Error {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
}

async function main(args: readonly string[]): Promise<number> {
  const names = commandNames();
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    console.log(await overview(names));
    return name === undefined ? STATUS_MISUSED : 0;
  }
  if (!names.includes(name)) {
    const near = nearestName(name, names);
    const suggestion = near === null ? "" : ` Did you mean "${near}"?`;
    console.error(`There is no command "${name}".${suggestion} Commands: ${names.join(", ")}.`);
    return STATUS_MISUSED;
  }
  const command = await loadCommand(name);
  if (rest.includes("--help") || rest.includes("-h")) {
    console.log(command.usage);
    return 0;
  }
  try {
    return await command.run(rest);
  } catch (error) {
    if (error instanceof CommandError) {
      console.error(`endcap ${name}: ${error.message}`);
      return STATUS_FAILED;
    }
    if (isMistakenOption(error)) {
      console.error(`endcap ${name}: ${error.message} See \`npm run endcap -- ${name} --help\`.`);
      return STATUS_MISUSED;
    }
    throw error;
  }
}

// Not process.exit(): what was printed must reach a pipe first. A command closes what it opened.
process.exitCode = await main(process.argv.slice(2));
