// StageInterface
