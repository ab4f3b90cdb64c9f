/// What a forward pass is for: dropout acts in training only.
///
/// The whole model is in one mode, its frozen layers too, as after `model.train()` in PyTorch.
package enum ForwardMode: Sendable {
    case training
    case inference
}
