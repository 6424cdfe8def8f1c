// The words a client may send and what people are shown for them, as the service publishes both.

/**
 * @typedef {{value: string, title: string, about: string}} Word
 * @typedef {{actions: Word[], feedback: Word[], verbosities: Word[], policies: Word[]}} Vocabulary
 */

/** Each list in the order in which it is offered; empty where the service does not tell. @returns {Promise<Vocabulary>} */
export async function vocabulary(service) {
  const schema = await service.json("GET", "/api/schemas/vocabulary.json").catch(() => null);
  const words = (name) => {
    const { enum: values = [], oneOf: named = [] } = schema?.$defs?.[name] ?? {};
    const titles = new Map(named.map((word) => [word.const, word]));
    return values.map((value) => {
      const { title = value, description = "" } = titles.get(value) ?? {};
      return { value, title, about: description };
    });
  };
  return {
    actions: words("Action"),
    feedback: words("Feedback"),
    verbosities: words("Verbosity"),
    policies: words("Policy"),
  };
}

/** Word → its title. @param {Word[]} words @returns {Record<string, string>} */
export const titlesOf = (words) => Object.fromEntries(words.map(({ value, title }) => [value, title]));
