// Starts a replica in the folder named by the first argument, prints its process id, and stays until it is killed.
import { startEmbeddedReplica } from "../../scripts/embedded-replica/embedded-replica.ts";

const replica = await startEmbeddedReplica({ folder: process.argv[2] ?? "", port: 0, customers: 2, products: 3 });
console.log(replica.pid);
