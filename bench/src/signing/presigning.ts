// Presigned URLs a CPU-second, beside the vendors' own SDKs: node presigning.js [rounds]
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import COS from 'cos-nodejs-sdk-v5';
import { cosPresigner, s3Presigner } from '@forebay/image-proxy/signed-images';

const rounds = Number(process.argv[2] ?? 7);
const LIFETIME = 3_600_000;
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const region = 'eu-central-1';
const bucket = 'pictures-1250000000';
// Half of them need to be encoded.
const keys = Array.from({ length: 1000 }, (_, index) => (index % 2 ? `posters/${index}.png` : `海报/${index} (1).png`));
const keyOf = (call: number): string => keys[call % keys.length] ?? '';

interface Peer {
  readonly name: string;
  readonly calls: number;
  readonly run: (calls: number) => Promise<void>;
}

// Without the checksums that it asks for unless told otherwise its URLs are the same as ours.
const client = new S3Client({
  region,
  credentials,
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
});
const cos = new COS({ SecretId: credentials.accessKeyId, SecretKey: credentials.secretAccessKey, UseRawKey: true });
const s3 = s3Presigner({ endpoint: `https://s3.${region}.amazonaws.com`, region, bucket, credentials });
const s3Rotating = s3Presigner({
  endpoint: `https://s3.${region}.amazonaws.com`,
  region,
  bucket,
  credentials: async () => credentials,
});
const tencent = cosPresigner({ bucket, region: 'ap-guangzhou', credentials });

const peers: readonly Peer[] = [
  {
    name: '@aws-sdk/s3-request-presigner',
    calls: 2000,
    run: async (calls) => {
      for (let call = 0; call < calls; call++)
        await getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: keyOf(call) }), { expiresIn: 3600 });
    },
  },
  {
    name: '@forebay/image-proxy s3Presigner',
    calls: 100_000,
    run: async (calls) => {
      for (let call = 0; call < calls; call++) void s3(keyOf(call), { lifetime: LIFETIME, now: Date.now() });
    },
  },
  {
    name: '@forebay/image-proxy s3Presigner, credentials asked for each time',
    calls: 100_000,
    run: async (calls) => {
      for (let call = 0; call < calls; call++) await s3Rotating(keyOf(call), { lifetime: LIFETIME, now: Date.now() });
    },
  },
  {
    name: 'cos-nodejs-sdk-v5',
    calls: 10_000,
    run: async (calls) => {
      const params = { Bucket: bucket, Region: 'ap-guangzhou', Sign: true, Expires: 3600 };
      // Its callbacks come by way of timers: all are waited for, or some of the work would be counted as another's.
      await Promise.all(
        Array.from(
          { length: calls },
          (_, call) => new Promise((done) => cos.getObjectUrl({ ...params, Key: keyOf(call) }, done)),
        ),
      );
    },
  },
  {
    name: '@forebay/image-proxy cosPresigner',
    calls: 100_000,
    run: async (calls) => {
      for (let call = 0; call < calls; call++) void tencent(keyOf(call), { lifetime: LIFETIME, now: Date.now() });
    },
  },
];

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const rates = new Map<string, number[]>(peers.map(({ name }) => [name, []]));

for (let round = 0; round <= rounds; round++) {
  for (const { name, calls, run } of peers) {
    const before = process.cpuUsage();
    await run(calls);
    const { user, system } = process.cpuUsage(before);
    // The first round warms up.
    if (round > 0) rates.get(name)?.push((calls / (user + system)) * 1e6);
  }
}

const aws = median(rates.get('@aws-sdk/s3-request-presigner') ?? []);
console.log('| presigned URLs | a CPU-second | beside the AWS SDK |');
console.log('| --- | ---: | ---: |');
for (const [name, values] of rates) {
  const rate = median(values);
  console.log(`| ${name} | ${Math.round(rate).toLocaleString('en')} | ${(rate / aws).toFixed(1)} |`);
}
