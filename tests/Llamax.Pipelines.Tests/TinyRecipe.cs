using Llamax.Pipelines.Recipes;
using Llamax.Runs.Recipes;

namespace Llamax.Pipelines.Tests;

/// <summary>The smallest whole run: every stage works, nothing is learnt.</summary>
internal static class TinyRecipe
{
    private const string Yaml = """
        name: tiny
        threads: 1
        languages: [en, de]
        data:
          sources: [{kind: builtin, monolingualPerLanguage: 30, pairsPerLanguagePair: 60}]
          lexicons: [builtin]
        tokenizer: {vocabularySize: 400}
        model: {hiddenSize: 32, layers: 1, heads: 2, keyValueHeads: 2, maxPositions: 256}
        sets:
          cpt: {blockLength: 64}
          instructions: {monolingual: false, parallel: false, instructionsPerDirection: 8, blockLength: 128}
        phases:
          cpt: {set: cpt, training: {steps: 5, warmupSteps: 1, learningRate: 1e-3, checkpointEverySteps: 2}}
          tuned: {from: cpt, set: instructions, training: {steps: 3, warmupSteps: 1, learningRate: 1e-3, checkpointEverySteps: 2}}
        evaluation: {systems: [cpt, tuned], sentencesPerDirection: 2, prompt: compact, beams: 2, maxNewTokens: 4}
        """;

    public static Recipe Bind(params string[] assignments)
    {
        var file = RecipeFile.Parse("tiny.yaml", Yaml);
        foreach (var assignment in assignments)
            file.Set(assignment);
        return RecipeFiles.Bind(file);
    }
}
