/**
 * A text for learners in each of the lab's languages, by BCP 47 tag, in the lab's order: the first is
 * its default. One written once for all languages stands under each of them.
 */
export type LocalizedText = Readonly<Record<string, string>>;
