// PEFT
