// The editors' colours. GraphiQL's own fall short of the contrast that small text needs (WCAG AA),
// so they are defined again under the names that it uses.

import type { editor } from 'monaco-editor';

interface Palette {
  base: editor.BuiltinTheme;
  background: string;
  accent: string;
  /** The accent as a tint of a background. */
  tint: string;
  lineNumber: string;
  comment: string;
  argument: string;
}

const PALETTES: Record<string, Palette> = {
  'graphiql-LIGHT': {
    base: 'vs',
    background: '#ffffff',
    accent: '#b3046f',
    tint: '#b3046f19',
    lineNumber: '#5f6b80',
    comment: '#2f6f44',
    argument: '#5451c4',
  },
  'graphiql-DARK': {
    base: 'vs-dark',
    background: '#212a3b',
    accent: '#ff6fa4',
    tint: '#ff6fa426',
    lineNumber: '#94a3b8',
    comment: '#8fbf9a',
    argument: '#a9a5ff',
  },
};

function theme({ base, background, accent, tint, lineNumber, comment, argument }: Palette): editor.IStandaloneThemeData {
  return {
    base,
    inherit: true,
    rules: [
      { token: 'argument.identifier.gql', foreground: argument },
      { token: 'comment', foreground: comment },
    ],
    colors: {
      'editor.background': '#ffffff00',
      'editorLineNumber.foreground': lineNumber,
      'scrollbar.shadow': '#ffffff00',
      focusBorder: accent,
      'textLink.foreground': accent,
      'textLink.activeForeground': accent,
      'editorLink.activeForeground': accent,
      'editorWidget.background': background,
      'editorHoverWidget.background': background,
      'editorSuggestWidget.background': background,
      'editorSuggestWidget.selectedBackground': tint,
      'editorSuggestWidget.selectedForeground': accent,
      'menu.background': background,
      'menu.selectionBackground': tint,
      'menu.selectionForeground': accent,
      'list.hoverBackground': tint,
      'list.highlightForeground': accent,
      'list.focusHighlightForeground': accent,
      'quickInput.background': background,
      'quickInputList.focusBackground': tint,
      'quickInputList.focusForeground': accent,
      'toolbar.hoverBackground': tint,
    },
  };
}

export function defineThemes(defineTheme: typeof editor.defineTheme): void {
  for (const [name, palette] of Object.entries(PALETTES)) defineTheme(name, theme(palette));
}
