namespace Evo.Optimization;

/// <summary>Settings that an algorithm does not take, or a problem that it cannot solve; the text says what is allowed instead.</summary>
public sealed class OptimizerSettingsException(string message) : Exception(message);
