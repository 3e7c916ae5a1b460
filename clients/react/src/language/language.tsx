import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react';
import { english, type Words } from './english';
import { german } from './german';
import { formats, type Formats } from './formats';

/** The first one is for readers of any other language. */
export const LANGUAGES = [english, german];
const STORED = 'language';

interface Language {
  words: Words;
  format: Formats;
  choose: (locale: string) => void;
}

const Context = createContext<Language | null>(null);

function preferred(): Words {
  const wishes = [localStorage.getItem(STORED), ...navigator.languages];
  for (const wish of wishes) {
    const tag = wish?.split('-')[0];
    const language = LANGUAGES.find(({ locale }) => locale.split('-')[0] === tag);
    if (language) return language;
  }
  return english;
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [words, setWords] = useState(preferred);
  useEffect(() => {
    document.documentElement.lang = words.locale;
  }, [words]);
  const language = useMemo(() => {
    const choose = (locale: string) => {
      localStorage.setItem(STORED, locale);
      setWords(LANGUAGES.find((language) => language.locale === locale) ?? english);
    };
    return { words, format: formats(words.locale), choose };
  }, [words]);
  return <Context value={language}>{children}</Context>;
}

export function useLanguage(): Language {
  const language = use(Context);
  if (!language) throw new Error('useLanguage needs a LanguageProvider around it');
  return language;
}

/** The name of a value; the value itself if a newer server knows one that this page does not. */
export function label<T extends string>(names: Record<T, string>, value: T): string {
  return names[value] ?? value;
}
