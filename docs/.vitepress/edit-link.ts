/** Where the text of a page can be changed: a package's page is its README. Runs in the browser too, so it refers to nothing outside. */
export function editLink({ filePath }: { readonly filePath: string }): string {
  const source = /^packages\/(?!index)/.test(filePath) ? filePath.replace('.md', '/README.md') : `docs/${filePath}`;
  return `https://github.com/forebay/forebay/edit/main/${source}`;
}
