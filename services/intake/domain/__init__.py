"""What intake knows without a clock, a store or Kafka: places, categories, changes, duplicates, masking."""
