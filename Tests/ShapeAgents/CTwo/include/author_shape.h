/* A struct of an agent's author, as its next version has it: in front of the rest there is something new. */
#ifndef AUTHOR_SHAPE_H
#define AUTHOR_SHAPE_H

typedef struct author_shape {
  double height;
  int build;
  double weight;
  int labels[4];
} author_shape;

#endif
