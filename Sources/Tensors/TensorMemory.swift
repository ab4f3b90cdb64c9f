import CTorch

/// How the memory of tensors on the CPU is taken from the system.
package enum TensorMemory {
    /// From now on the memory of a tensor of 4 MiB or more goes back to the system when the tensor ends.
    ///
    /// The C library keeps what is free for what comes next, up to 32 MiB a block. That is faster, but where layers are
    /// computed twice to save memory, most of what they save stays as gaps between what lives on. Each block then costs
    /// the system's work for its pages. It holds for the whole process, and changes no number.
    package static func givesBackEarly() { ct_give_back_blocks(4 << 20) }
}
