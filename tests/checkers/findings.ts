// SPDX-License-Identifier: Apache-2.0

/** What the mock services find in a text. */
export interface Findings {
  /** The word "bomb". */
  isViolent: boolean;
  /** An order to ignore instructions. */
  isAttack: boolean;
  emails: Email[];
}

/** An e-mail address and its place, counted in characters. */
export interface Email {
  text: string;
  start: number;
  end: number;
}

/** What is in a text: the services differ only in how they say it. */
export function findingsOf(text: string): Findings {
  const emails = [...text.matchAll(/[\w.]+@[\w.]+\.\w+/g)].map((match) => {
    const start = [...text.slice(0, match.index)].length;
    return { text: match[0], start, end: start + [...match[0]].length };
  });
  return { isViolent: /bomb/i.test(text), isAttack: /ignore (all |the )?previous instructions/i.test(text), emails };
}

/** The text with each e-mail address replaced. */
export const withoutEmails = (text: string, by: string): string =>
  findingsOf(text).emails.reduce((masked, email) => masked.replace(email.text, by), text);
