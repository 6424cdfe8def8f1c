"""What a developer runs beside the product: proofs, benchmarks, fuzzing, peers."""
