import { resolve } from 'node:path';
import { z } from 'zod';
import { isLoopback } from '../core/service-url.ts';
import { integer, list, optionalSetting, setting, text, webAddress } from './setting.ts';

/** A smaller cache would keep no image for long. In bytes. */
const MIN_REGISTRY_CACHE_BYTES = 64 * 1024 ** 2;

/** The address of a registry that containers can access: localhost is a different host in each container. */
const registry = text.transform((value, context) => {
  if (value === 'off' || value === 'auto') return value;
  const address = webAddress.safeParse(value.replace(/\/$/, ''));
  if (address.success && !isLoopback(new URL(address.data).hostname)) return address.data;
  context.addIssue({
    code: 'custom',
    message:
      'must be "off", "auto", or the address of a registry that containers can access, such as http://10.0.0.5:5000; localhost is a different host in each container',
  });
  return z.NEVER;
});

/** Settings of the container engine, its networks and images. */
export const engineSettings = {
  engineSetup: setting('BERTH_ENGINE_SETUP', {
    schema: z.enum(['auto', 'off']),
    default: 'auto',
    doc: '"off" prevents Berth from installing and starting a container engine.',
  }),
  dockerHost: optionalSetting('DOCKER_HOST', {
    schema: text,
    absent: 'the usual socket',
    doc: 'Container engine to use, such as unix:///var/run/docker.sock or tcp://host:2376.',
  }),
  dockerTlsVerify: optionalSetting('DOCKER_TLS_VERIFY', {
    schema: text,
    doc: 'Any value: connect to the engine with TLS, and require a valid certificate.',
  }),
  dockerCertPath: optionalSetting('DOCKER_CERT_PATH', {
    schema: text,
    doc: 'Folder with ca.pem, cert.pem and key.pem for the engine.',
  }),
  nestedDocker: setting('BERTH_NESTED_DOCKER', {
    schema: z.enum(['auto', 'on', 'off']),
    default: 'auto',
    doc: 'Whether machines may have their own Docker engine (`profile: nested`): "on", "off", or "auto", which means "on" if Berth set up the engine itself.',
  }),
  nestedRuntime: optionalSetting('BERTH_NESTED_RUNTIME', {
    schema: text.regex(/^[\w.-]+$/, 'must be the name of a runtime of the engine, such as "crun"'),
    absent: "the engine's default",
    doc: 'Container runtime of machines that have their own Docker engine, as the host\'s engine names it, such as "crun".',
  }),
  subnetPool: setting('BERTH_SUBNET_POOL', {
    schema: z.cidrv4(),
    default: '10.231.0.0/16',
    doc: 'Address range from which each network of a session gets a /28.',
  }),
  nameServers: setting('BERTH_NAME_SERVERS', {
    schema: list.pipe(z.array(z.ipv4())),
    default: '',
    absent: "those of the engine's host",
    doc: 'Name servers of machines with internet access: IPv4 addresses separated by commas.',
  }),
  registry: setting('BERTH_REGISTRY', {
    schema: registry,
    default: 'auto',
    doc: 'Image registry that machines pull from: "off", "auto" for one that Berth runs, or the address of another one, such as http://10.0.0.5:5000.',
  }),
  registryCacheBytes: setting('BERTH_REGISTRY_CACHE_BYTES', {
    schema: integer(MIN_REGISTRY_CACHE_BYTES),
    default: String(20 * 1024 ** 3),
    doc: 'Maximum size of the cache of images that machines pulled from another registry, in bytes.',
  }),
  buildContextBytes: setting('BERTH_BUILD_CONTEXT_MIB', {
    schema: integer(1, 1_048_576).transform((mebibytes) => mebibytes * 1024 * 1024),
    default: '512',
    doc: 'Maximum size of an upload from which an image is built, in mebibytes.',
  }),
  pinDays: setting('BERTH_PIN_DAYS', {
    schema: integer(1, 36_500),
    default: '180',
    doc: 'Days without use after which Berth forgets an old version of a lab, and no longer keeps the images pinned to it.',
  }),
  imageDays: optionalSetting('BERTH_IMAGE_DAYS', {
    schema: integer(1, 36_500),
    doc: 'Days without use after which Berth removes an image that it pulled or built.',
  }),
  labsDir: setting('BERTH_LABS_DIR', {
    schema: text.transform((folder) => resolve(folder)),
    default: './labs',
    doc: 'Folder of labs, with one folder for each lab.',
  }),
  importEnvironments: optionalSetting('BERTH_IMPORT_ENVIRONMENTS', {
    schema: text,
    absent: 'a table that comes with Berth',
    doc: 'YAML or JSON file that maps the imageids of imported scenarios to environments.',
  }),
};
