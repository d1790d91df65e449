/**
 * A text for learners in each language of the lab, by BCP 47 tag, in the lab's order; the first is the default.
 * A text that is the same in all languages is repeated under each tag.
 */
export type LocalizedText = Readonly<Record<string, string>>;
