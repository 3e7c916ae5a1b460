import type { CodegenConfig } from '@graphql-codegen/cli';

export default {
  schema: '../../schema.graphql',
  documents: ['src/**/*.tsx'],
  config: { sort: false }, // vocabularies stay in the schema's order, which is that of use
  generates: {
    'src/graphql/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: { unmaskFunctionName: 'readFragment' } },
      config: {
        enumType: 'const',
        scalars: { Date: 'string', DateTime: 'string', EmailAddress: 'string', LocalTime: 'string', URL: 'string' },
        strictScalars: true,
        useTypeImports: true,
      },
    },
  },
} satisfies CodegenConfig;
