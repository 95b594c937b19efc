/* A struct of an agent's author, as its first version has it. */
#ifndef AUTHOR_SHAPE_H
#define AUTHOR_SHAPE_H

typedef struct author_shape {
  int build;
  double weight;
} author_shape;

#endif
