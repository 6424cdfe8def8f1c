// The words a client may send, as the service publishes them.

/** How much Wingman may say, from least to most; empty where the service does not tell. @returns {Promise<string[]>} */
export async function verbosities(service) {
  const schema = await service.json("GET", "/api/schemas/vocabulary.json").catch(() => null);
  return schema?.$defs?.Verbosity?.enum ?? [];
}
