#pragma once
#include <libxml/xmlversion.h>
// With it the headers bring in ICU's, whose names are those of the ICU inside Foundation.
#undef LIBXML_ICU_ENABLED
#include <libxml/HTMLparser.h>
#include <libxml/tree.h>
