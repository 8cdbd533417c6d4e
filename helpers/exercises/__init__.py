"""The exercises: an engine with three outcomes, and one module for each lesson."""
