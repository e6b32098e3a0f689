namespace Evo.Merging.Methods.Interpolation;

/// <summary>The parts that vision-language-action models are made of.</summary>
internal enum ModuleGroup
{
    /// <summary>The language model, and whatever the names say nothing about.</summary>
    Language,

    /// <summary>Image encoders and what projects their features into the language model.</summary>
    Vision,

    /// <summary>What a policy adds to a language model: action heads and queries, projections of the robot's own state.</summary>
    Action,
}

/// <summary>Tells the group of a tensor by the modules in its name.</summary>
internal static class ModuleGroups
{
    private static readonly string[] Action = ["action", "proprio", "state_proj"];
    private static readonly string[] Vision = ["vision", "visual", "image", "siglip", "dino", "featurizer", "multi_modal", "multimodal", "mm_projector", "connector", "projector"];

    public static ModuleGroup Of(string tensorName)
    {
        var modules = tensorName.Split('.');
        return modules.Any(module => Has(module, Action)) ? ModuleGroup.Action
            : modules.Any(module => Has(module, Vision)) ? ModuleGroup.Vision
            : ModuleGroup.Language;
    }

    private static bool Has(string module, string[] words) => words.Any(word => module.Contains(word, StringComparison.Ordinal));
}
