#include <author_shape.h>
