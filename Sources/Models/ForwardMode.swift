/// What a forward pass is for: dropout acts in training only.
///
/// The whole model is in one mode, its frozen layers too, as after `model.train()` in PyTorch. A method may ask for another
/// mode than that of training: a soft prompt reads a model that is at rest.
package enum ForwardMode: Sendable {
    case training
    case inference
}
