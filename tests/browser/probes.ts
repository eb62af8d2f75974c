// SPDX-License-Identifier: Apache-2.0
// Functions that run in the page, and one that reads their results.
import type { Page } from "playwright-core";

/** Begins to record the length of the last response while it is busy; the function that it returns reads the lengths. */
export async function recordGrowth(page: Page): Promise<() => Promise<number[]>> {
  await page.evaluate(() => {
    const lengths: number[] = [];
    new MutationObserver(() => {
      const text = document.querySelector("#chat > .assistant:last-child[aria-busy=true] > .text")?.textContent ?? "";
      if (text !== "" && text.length !== lengths.at(-1)) lengths.push(text.length);
    }).observe(document.querySelector("#chat")!, { childList: true, subtree: true, characterData: true });
    Object.assign(window, { lengths });
  });
  return () => page.evaluate(() => (window as unknown as { lengths: number[] }).lengths);
}

/** The elements that stand out of the window to the right. */
export function overflowOf(): string[] {
  const { clientWidth, scrollWidth } = document.documentElement;
  const wide = [...document.querySelectorAll("body *:not(.unseen)")].filter(
    (element) => element.getBoundingClientRect().right > clientWidth + 1,
  );
  return [...(scrollWidth > clientWidth ? ["the page"] : []), ...wide.map(({ tagName, id }) => `${tagName}#${id}`)];
}

/** The contrast of texts with what is behind them, by the formula of https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio. */
export function contrasts(): [name: string, ratio: number][] {
  const channelsOf = (colour: string): number[] => colour.match(/[\d.]+/g)!.map(Number);
  const luminance = (colour: string): number => {
    const [r, g, b] = channelsOf(colour).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const isClear = (colour: string): boolean => channelsOf(colour)[3] === 0;
  const behind = (element: Element | null): string => {
    for (let one = element; one; one = one.parentElement) {
      const { backgroundColor } = getComputedStyle(one);
      if (!isClear(backgroundColor)) return backgroundColor;
    }
    return "rgb(255, 255, 255)";
  };
  const names = [
    "h1",
    "summary",
    "#model",
    "#question",
    "#send",
    ".who",
    ".user .text",
    ".assistant .text",
    ".error",
    "dt",
    "dd",
  ];
  return names.map((name) => {
    const element = document.querySelector(name)!;
    const [light, dark] = [luminance(getComputedStyle(element).color), luminance(behind(element))].sort(
      (a, b) => b - a,
    );
    return [name, (light + 0.05) / (dark + 0.05)];
  });
}
