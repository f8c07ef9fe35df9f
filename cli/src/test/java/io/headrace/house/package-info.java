/** The rules of the house: how large its rooms are, who may know whom, what is public. Nobody calls it. */
@org.jspecify.annotations.NullMarked
package io.headrace.house;
