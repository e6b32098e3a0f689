using System.Collections.Immutable;
using Evo.Checkpoints.Models;
using Evo.Merging.Planning.Vocabularies;

namespace Evo.Merging.Planning;

/// <summary>The files beside configuration and weights: tokenizer, generation settings, and how a multimodal model's pictures and sounds are prepared.</summary>
internal static class Companions
{
    private const string Generation = "generation_config.json";

    private static readonly string[] TagAlong =
        ["preprocessor_config.json", "processor_config.json", "video_preprocessor_config.json", "normalizer.json"];

    public static ImmutableArray<CompanionFile> Of(ParentIndex donor, OutputVocabulary? vocabulary, OutputConfig config, string? template)
    {
        var files = ImmutableArray.CreateBuilder<CompanionFile>();
        var owner = vocabulary is null || vocabulary.Owner == donor.Folder.Path ? donor.Folder.TokenizerFiles : ModelFolder.TokenizerFilesIn(vocabulary.Owner);
        files.AddRange(TokenizerFiles.Of(owner, vocabulary, template));
        if (donor.Folder.GenerationConfigFile is { } generation)
        {
            if (vocabulary is null)
            {
                files.Add(CompanionFile.Copy(generation));
            }
            else
            {
                var settings = TokenizerFiles.Read(generation);
                new TokenIds(vocabulary, donor, new PlanNotes()).Rewrite(settings, config.Owners(vocabulary, Generation));
                files.Add(CompanionFile.Of(Generation, TokenizerFiles.Text(settings)));
            }
        }

        foreach (var name in TagAlong)
            if (Path.Combine(donor.Folder.Path, name) is var file && File.Exists(file))
                files.Add(CompanionFile.Copy(file));
        return files.ToImmutable();
    }
}
