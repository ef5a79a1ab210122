// Secrets from where a platform keeps them, into a document that has none.

/**
 * @param {any} document what `countersign edge build` wrote, its HS256 keys without `secret`
 * @param {string | undefined} secrets JSON: `{"SITE/KID": "…"}`
 * @returns a whole document; a key whose secret is missing is refused when it is configured
 */
export function withSecrets(document, secrets) {
  let known = {};
  try {
    known = JSON.parse(secrets ?? '{}');
  } catch {
    // The parser's message may quote the text.
    throw new Error('COUNTERSIGN_SECRETS is no JSON; take it from secrets.json');
  }
  const sites = document.sites.map((site) => ({
    ...site,
    keys: site.keys.map((key) => {
      const secret = known[`${site.site.name}/${key.kid}`];
      return key.alg === 'HS256' && key.secret === undefined && secret !== undefined ? { ...key, secret } : key;
    }),
  }));
  return { ...document, sites };
}
