interface Health {
  readonly status: string;
  readonly version: string;
  readonly problems: readonly string[];
}

interface Film {
  readonly title: string;
  readonly poster_path: string;
}

const POSTERS = 16;

void showHealth(document.querySelector<HTMLElement>('#health')!);
void showPosters(document.querySelector<HTMLElement>('#posters')!);

async function showHealth(line: HTMLElement): Promise<void> {
  try {
    const { status, version, problems } = (await (await fetch('/health')).json()) as Health;
    line.textContent = [`Version ${version} is ${status}`, ...problems].join('; ');
  } catch {
    line.textContent = 'It does not answer.';
  }
}

/** The titles come through the proxied API, the pictures through the proxied image servers. */
async function showPosters(room: HTMLElement): Promise<void> {
  const answer = await fetch('/3/movie/popular').catch(() => undefined);
  if (answer?.ok !== true) {
    room.textContent = 'The sample API does not answer.';
    return;
  }
  const { results } = (await answer.json()) as { readonly results: readonly Film[] };
  for (const { title, poster_path: path } of results.slice(0, POSTERS)) {
    const picture = new Image(342, 513);
    picture.alt = title;
    picture.loading = 'lazy';
    picture.src = `/t/p/w342${path}`;
    room.append(picture);
  }
}
