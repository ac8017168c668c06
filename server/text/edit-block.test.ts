import { describe } from 'node:test';
import { checkEdits } from './testing/edit-cases.ts';

const ENV = { name: 'SERVICE_BINDING_ROOT', value: '/bindings' };

describe('block style', () => {
  checkEdits({
    'a member is added behind the last one, at its indentation': {
      text: 'spec:\n    a: 1\nstatus: {}\n',
      set: [[['spec', 'b'], { c: [1, { d: 2, e: 3 }] }]],
      want: 'spec:\n    a: 1\n    b:\n        c:\n        - 1\n        - d: 2\n          e: 3\nstatus: {}\n',
    },
    'lists are indented as the others of the document are': {
      text: 'a:\n  - 1\n',
      set: [[['b'], [{ c: [2] }]]],
      want: 'a:\n  - 1\nb:\n  - c:\n      - 2\n',
    },
    'an item is added to a list that is not indented': {
      text: 'env:\n- name: A\n  value: b # why\nimage: x\n',
      set: [[['env', 1], ENV]],
      want: 'env:\n- name: A\n  value: b # why\n- name: SERVICE_BINDING_ROOT\n  value: /bindings\nimage: x\n',
    },
    'comments at the end of a list stay in it, blank lines and comments of what follows do not': {
      text: 'spec:\n  env:\n    - name: A\n      # value: x\n    # - name: OLD\n\n  # the image\n  image: x\n',
      set: [[['spec', 'env', 1], ENV]],
      want: 'spec:\n  env:\n    - name: A\n      # value: x\n    # - name: OLD\n    - name: SERVICE_BINDING_ROOT\n      value: /bindings\n\n  # the image\n  image: x\n',
    },
    'a comment between a list that is not indented and the next key belongs to the key': {
      text: 'env:\n- a\n# the image\nimage: x\n',
      set: [[['env', 1], 'b']],
      want: 'env:\n- a\n- b\n# the image\nimage: x\n',
    },
    'a comment at the end of the document stays at the end': {
      text: 'kind: A\n# end\n',
      set: [[['status'], { a: 1 }]],
      want: 'kind: A\nstatus:\n  a: 1\n# end\n',
    },
    'what is empty gets block content, its comments stay': {
      text: 'a:\nb: []  # none\nc: {}\nd: ~\ne: null # null\nf: &x\n',
      set: [
        [['a'], [1]],
        [['b'], [1]],
        [['c'], { x: 1 }],
        [['d'], { x: 1 }],
        [['e'], 1],
        [['f'], 2],
      ],
      want: 'a:\n- 1\nb:  # none\n- 1\nc:\n  x: 1\nd:\n  x: 1\ne: 1 # null\nf: 2\n',
    },
    'what becomes empty is empty brackets': {
      text: 'a: # list\n  - 1 # one\n  - 2\nb: {x: 1}\nc:\n  x: 1\n',
      set: [
        [['a'], []],
        [['b'], {}],
        [['c'], {}],
      ],
      want: 'a: [] # list\nb: {}\nc: {}\n',
    },
    'a member goes with its comment, the others stay as they are': {
      text: 'a: 1\n# about b\nb: 2 # why\n\nc:   "3"   # because\nd: 4\n',
      set: [
        [['b'], undefined],
        [['d'], undefined],
      ],
      want: 'a: 1\n# about b\n\nc:   "3"   # because\n',
    },
    'an item goes with its comment and those inside of it': {
      text: 'env:\n  - a\n  - name: B # b\n    # more\n  - name: C\n',
      set: [[['env', 1], undefined]],
      want: 'env:\n  - a\n  - name: C\n',
    },
    'the first members of an item go': {
      text: 'l:\n  - a: 1 # one\n    b: 2\n    # about c\n    c: 3\n',
      set: [
        [['l', 0, 'a'], undefined],
        [['l', 0, 'b'], undefined],
      ],
      want: 'l:\n  - # about c\n    c: 3\n',
    },
    'an item is put before the first one and its comment': {
      text: 'l:\n  # a\n  - a\n  - b\nm:\n- - c\n  - d\n',
      set: [
        [['l'], ['z', 'a', 'b']],
        [
          ['m', 0],
          ['z', 'c', 'd'],
        ],
      ],
      want: 'l:\n  - z\n  # a\n  - a\n  - b\nm:\n- - z\n  - c\n  - d\n',
    },
    'an item is put between others': {
      text: 'l:\n- name: A\n  value: 1\n- name: C\n',
      set: [[['l'], [{ name: 'A', value: 1 }, { name: 'B' }, { name: 'C' }]]],
      want: 'l:\n- name: A\n  value: 1\n- name: B\n- name: C\n',
    },
    'a scalar is replaced, its anchorless surroundings stay': {
      text: 'a:   "x"   # c\nb: \'y\'\nc: |\n  old\n\nd: >-\n  old\n  lines\n',
      set: [
        [['a'], 'z'],
        [['b'], 'two\nlines\n'],
        [['c'], 'new'],
        [['d'], 'new\nlines'],
      ],
      want: 'a:   z   # c\nb: |\n  two\n  lines\nc: new\n\nd: |-\n  new\n  lines\n',
    },
    'a block scalar before the change keeps its blank lines out of it': {
      text: 'a: |+\n  x\n\nb:\n  c: |\n    y\n\n# end\n',
      set: [
        [['b', 'd'], 1],
        [['e'], 2],
      ],
      want: 'a: |+\n  x\n\nb:\n  c: |\n    y\n  d: 1\ne: 2\n\n# end\n',
    },
    'a mapping becomes a list, and a list a scalar': {
      text: 'a: # why\n  x: 1\nb:\n- 1\nc: 1\n',
      set: [
        [['a'], [1]],
        [['b'], 'x'],
      ],
      want: 'a: # why\n- 1\nb: x\nc: 1\n',
    },
    'Windows line ends': {
      text: 'a:\r\n  b: 1\r\n',
      set: [[['a', 'c'], { d: 'x\ny\n' }]],
      want: 'a:\r\n  b: 1\r\n  c:\r\n    d: |\r\n      x\r\n      y\r\n',
    },
    'no line end at the end of the file': {
      text: 'a:\n- 1',
      set: [
        [['a', 1], 2],
        [['b'], 3],
      ],
      want: 'a:\n- 1\n- 2\nb: 3',
    },
    'a document between separators': {
      text: '# license\n---\na: 1\n...\n',
      set: [[['b'], 2]],
      want: '# license\n---\na: 1\nb: 2\n...\n',
    },
    'content behind the separator': { text: '--- {a: 1}\n', set: [[['b'], 2]], want: '--- {a: 1, b: 2}\n' },
    'quoted keys and keys that are no text': {
      text: '"a": 1\n8080: x\n\'c\':\n  true: y\n',
      set: [
        [['a'], 2],
        [['8080'], 'z'],
        [['c', 'true'], 'n'],
      ],
      want: '"a": 2\n8080: z\n\'c\':\n  true: "n"\n',
    },
    'trailing spaces': { text: 'a:  \n  b: 1  \n', set: [[['a', 'c'], 2]], want: 'a:  \n  b: 1  \n  c: 2\n' },
    'dashes with more than one space behind them': {
      text: 'l:\n-   name: A\n    value: 1\n',
      set: [[['l', 1], ENV]],
      want: 'l:\n-   name: A\n    value: 1\n-   name: SERVICE_BINDING_ROOT\n    value: /bindings\n',
    },
    'where the indentation shows nothing, it is as usual': {
      text: '!t a:\n  b:\n  -\n   c: 1\n',
      set: [[['a', 'b', 1], { d: { e: 1 }, f: 2 }]],
      want: '!t a:\n  b:\n  -\n   c: 1\n  - d:\n      e: 1\n    f: 2\n',
    },
    'text that some reader takes for something else is quoted': {
      text: 'a: 1\n',
      set: [
        [
          ['b'],
          [
            'yes',
            '0755',
            '1e3',
            'null',
            '2001-12-14',
            '',
            'a: b',
            '#',
            '- a',
            'x\u2028',
            'C:\\',
            '/bindings',
          ],
        ],
      ],
      want: 'a: 1\nb:\n- "yes"\n- "0755"\n- "1e3"\n- "null"\n- "2001-12-14"\n- ""\n- "a: b"\n- "#"\n- "- a"\n- "x\\u2028"\n- C:\\\n- /bindings\n',
    },
    'a tag goes with its value': {
      text: 'a: !!str 1\nb: !!int "2"\n',
      set: [[['a'], 2]],
      want: 'a: 2\nb: !!int "2"\n',
    },
  });
});
