// Writes what the program is made of, as a CycloneDX 1.5 document, from Cargo.lock and assets/package-lock.json alone:
//   node .ci/sbom.mjs > sbom.cdx.json
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const read = (command, args) =>
  JSON.parse(execFileSync(command, args, { maxBuffer: 1 << 28, encoding: "utf8" }));

const metadata = read("cargo", ["metadata", "--locked", "--format-version", "1"]);
const own = metadata.packages.find((p) => p.id === metadata.resolve.root);

// what is linked in: normal and build dependencies of the program, none that tests alone need
const nodes = new Map(metadata.resolve.nodes.map((node) => [node.id, node]));
const linked = new Set();
const visit = (id) => {
  if (linked.has(id)) return;
  linked.add(id);
  for (const dep of nodes.get(id).deps) {
    if (dep.dep_kinds.some((kind) => kind.kind !== "dev")) visit(dep.pkg);
  }
};
visit(own.id);

const lock = readFileSync("Cargo.lock", "utf8");
const checksums = new Map(
  [...lock.matchAll(/name = "(.+)"\nversion = "(.+)"\nsource = .+\nchecksum = "(.+)"/g)].map((m) => [
    `${m[1]}@${m[2]}`,
    m[3],
  ]),
);
const crates = metadata.packages
  .filter((p) => linked.has(p.id) && p.id !== own.id)
  .map((p) => ({
    type: "library",
    name: p.name,
    version: p.version,
    purl: `pkg:cargo/${p.name}@${p.version}`,
    ...(p.license && { licenses: [{ expression: p.license.replaceAll("/", " OR ") }] }),
    ...(checksums.has(`${p.name}@${p.version}`) && {
      hashes: [{ alg: "SHA-256", content: checksums.get(`${p.name}@${p.version}`) }],
    }),
  }));
const assets = Object.entries(JSON.parse(readFileSync("assets/package-lock.json", "utf8")).packages)
  .filter(([path]) => path.startsWith("node_modules/"))
  .map(([path, p]) => {
    const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    return {
      type: "library",
      name,
      version: p.version,
      purl: `pkg:npm/${name.replace("@", "%40")}@${p.version}`,
      ...(p.license && { licenses: [{ expression: p.license }] }),
    };
  });
const components = [...crates, ...assets].sort((a, b) => a.purl.localeCompare(b.purl, "en"));
if (crates.length < 50 || assets.length < 2) throw new Error("a list that short cannot be whole");
console.log(
  JSON.stringify(
    {
      bomFormat: "CycloneDX",
      specVersion: "1.5",
      version: 1,
      metadata: { component: { type: "application", name: own.name, version: own.version } },
      components,
    },
    null,
    1,
  ),
);
