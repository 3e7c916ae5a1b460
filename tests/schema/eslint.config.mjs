// What graphql-eslint recommends for schemas, and its rules for Relay.

import graphql from '@graphql-eslint/eslint-plugin';

const { configs, parser } = graphql;

// Types without an identity: pages, values that belong to their object, and problems.
const values = [
  'AllergenConflict',
  'Availability',
  'Cart',
  'CartLine',
  'CutoffPassed',
  'DeliverySlot',
  'DietConflict',
  'DishAllergen',
  'EmailTaken',
  'FluidConflict',
  'HoldLine',
  'HospitalStats',
  'IdempotencyKeyReused',
  'InvalidValue',
  'Location',
  'MealCheck',
  'MealWindow',
  'MenuItemReserved',
  'Money',
  'NameTaken',
  'NilByMouth',
  'NilByMouthSpan',
  'NotCooked',
  'NotFound',
  'NotOnMenu',
  'Nutrition',
  'OpeningHours',
  'OrderEvent',
  'OrderFigures',
  'OrderLine',
  'OrderedSeparately',
  'OrderingClosed',
  'PageInfo',
  'PatientAllergy',
  'Photo',
  'PopularDish',
  'PortionsExhausted',
  'PortionsReserved',
  'PriceChanged',
  'ProductionRow',
  'ProductionSheet',
  'SessionTokens',
  'SlotFull',
  'Texture',
  'TextureConflict',
  'TransitionNotAllowed',
  'VersionConflict',
  'Viewer',
  'WardOrder',
  'WardPortions',
  'WeightPrice',
  'WrongCredentials',
];

export default [
  {
    files: ['**/*.graphql'],
    languageOptions: {
      parser,
      parserOptions: { graphQLConfig: { schema: 'schema.graphql' } },
    },
    plugins: { '@graphql-eslint': graphql },
    rules: {
      ...configs['flat/schema-recommended'].rules,
      ...configs['flat/schema-relay'].rules,
      '@graphql-eslint/input-name': 'error',
      '@graphql-eslint/require-nullable-fields-with-oneof': 'error',
      '@graphql-eslint/strict-id-in-types': [
        'error',
        { exceptions: { types: values, suffixes: ['Connection', 'Edge', 'Payload'] } },
      ],
      // A list that cannot grow is a list: the diets of a dish, the sections of a menu.
      // An event of an order has no identity of its own.
      '@graphql-eslint/relay-edge-types': [
        'error',
        { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false },
      ],
    },
  },
];
