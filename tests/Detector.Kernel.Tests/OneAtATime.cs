// The driver sees the whole machine: tests beside each other would find each other's events and descriptors.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
