using System.Globalization;
using Llamax.Decoding.Prompts;
using Llamax.Pipelines.Data;
using Llamax.Pipelines.Recipes;
using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Runs.Recipes;
using Llamax.Text.Tokenization;

namespace Llamax.Pipelines.Stages;

/// <summary>Trains a tokenizer on the run's text, or takes the one that the recipe or its model names.</summary>
internal sealed class TokenizerStage(string folder, Recipe recipe, RunData data) : Stage("tokenizer", folder)
{
    // The prompt stands in every instruction: its words deserve pieces even where instructions are few.
    private const int PromptWeight = 200;

    private static readonly string[] TokenizerFiles =
    [
        "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "special_tokens_map.json", "spiece.model", "sentencepiece.bpe.model",
    ];

    private string? Given => recipe.Tokenizer.Path ?? recipe.Model.Path;

    /// <summary>The tokenizer's files, which belong beside every model of the run.</summary>
    public IReadOnlyList<string> Files => [.. TokenizerFiles.Select(name => Path.Combine(Folder, name)).Where(File.Exists)];

    public ITokenizer Load() => TokenizerFile.Load(Folder);

    public override string Describe() => Given is { } path
        ? $"take {path}"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"train {recipe.Tokenizer.VocabularySize:N0} pieces on up to {recipe.Tokenizer.LinesPerLanguage:N0} lines a language");

    protected override IEnumerable<string> KeyParts() => Given is { } path
        ? ["given", TokenizerFile.Load(path).Fingerprint]
        : ["trained", RecipeWriter.Write(recipe.Tokenizer), RecipeWriter.Write(recipe.Data), recipe.Evaluation.Prompt, data.Fingerprint,
            string.Join(' ', data.Languages), recipe.Seed.ToString(CultureInfo.InvariantCulture)];

    public override Manifest Run(StageContext context)
    {
        if (Given is { } path)
        {
            Copy(path);
            return new Manifest { Inputs = new Dictionary<string, string> { [path] = Load().Fingerprint } };
        }

        var trainer = new BpeTrainer(
            new() { VocabularySize = recipe.Tokenizer.VocabularySize, CharacterCoverage = recipe.Tokenizer.CharacterCoverage });
        long lines = 0;
        using (var step = context.Events.Begin("read text", data.Languages.Count, "language"))
        {
            foreach (var language in data.Languages)
            {
                foreach (var line in data.Text(language).Take(recipe.Tokenizer.LinesPerLanguage))
                {
                    context.Cancellation.ThrowIfCancellationRequested();
                    trainer.Add(line);
                    lines++;
                }

                step.Advance(1);
            }
        }

        var template = PromptTemplate.Find(recipe.Evaluation.Prompt);
        foreach (var source in data.Languages)
        {
            foreach (var target in data.Languages.Where(l => l != source))
                trainer.Add(template.Format(source.PromptName, target.PromptName, ""), Math.Max(1, PromptWeight / data.Languages.Count));
        }

        TokenizerFile.Save(trainer.Train(context.Events, context.Cancellation), Folder);
        return new Manifest
        {
            Options = RecipeWriter.Write(recipe.Tokenizer),
            Inputs = new Dictionary<string, string> { ["data"] = data.Fingerprint },
            Counts = new Dictionary<string, double> { ["lines"] = lines, ["pieces"] = Load().VocabularySize },
        };
    }

    private void Copy(string path)
    {
        var files = Directory.Exists(path) ? TokenizerFiles.Select(name => Path.Combine(path, name)).Where(File.Exists).ToList() : [path];
        if (files.Count == 0)
            throw new RequestException("there is no tokenizer in it", path, "name a tokenizer with tokenizer.path");
        foreach (var file in files)
        {
            var name = Directory.Exists(path) ? Path.GetFileName(file)
                : file.EndsWith(".json", StringComparison.Ordinal) ? "tokenizer.json" : "tokenizer.model";
            AtomicFile.Write(Path.Combine(Folder, name), target =>
            {
                using var source = File.OpenRead(file);
                source.CopyTo(target);
            });
        }
    }
}
