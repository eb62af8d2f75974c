import { buildImage, pushImage, verifyImage } from "./image/commands.ts";
import { aboutPlugin, digestOf } from "./image/image.ts";
import { layoutFrom, pluginsOf, referenceFrom, registryFrom, sourceFrom, tagFrom } from "./image/settings.ts";

const COMMANDS: Record<string, (env: NodeJS.ProcessEnv) => void | Promise<void>> = {
  image,
  push,
  "verify-image": verify,
};

function image(env: NodeJS.ProcessEnv): void {
  const layout = layoutFrom(env);
  for (const plugin of pluginsOf(env)) console.log(buildImage(plugin, layout, sourceFrom(env)));
}

async function push(env: NodeJS.ProcessEnv): Promise<void> {
  const [registry, layout, source] = [registryFrom(env), layoutFrom(env), sourceFrom(env)];
  const references = pluginsOf(env).map((plugin) => {
    return { plugin, reference: `${registry}/${plugin.name}:${tagFrom(env, aboutPlugin(plugin).version)}` };
  });
  if (!source) console.error("push: the images do not say where their sources are: SOURCE=https://… adds that");
  for (const { plugin, reference } of references) console.log(await pushImage(plugin, layout, source, reference));
}

async function verify(env: NodeJS.ProcessEnv): Promise<void> {
  const reference = referenceFrom(env);
  const { digest, layout, module, differences } = await verifyImage(reference, pluginsOf({ ...env, P: "" }));
  console.log(`${reference}  ${digest}  layout ${layout}, module ${digestOf(module)}`);
  if (differences.length > 0) throw new Error(differences.join("; "));
  console.log("the image is the one that this folder builds");
}

const [name] = process.argv.slice(2);
try {
  await COMMANDS[name](process.env);
} catch (error) {
  console.error(`${name}: ${(error as Error).message}`);
  process.exitCode = 1;
}
