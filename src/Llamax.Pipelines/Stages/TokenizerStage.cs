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

    // What a tokenizer.json says of its special tokens stands in files beside it.
    private static readonly string[] SpecialTokenFiles = ["tokenizer_config.json", "special_tokens_map.json"];

    private static readonly string[] TokenizerFiles =
    [
        "tokenizer.json", "tokenizer.json.gz", "tokenizer.model", "spiece.model", "sentencepiece.model", "sentencepiece.bpe.model",
        "added_tokens.json", .. SpecialTokenFiles,
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
        : ["trained", RecipeWriter.Write(recipe.Tokenizer), recipe.Evaluation.Prompt, data.Fingerprint,
            recipe.Seed.ToString(CultureInfo.InvariantCulture)];

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
                foreach (var line in data.Text(language).Take(recipe.Tokenizer.LinesPerLanguage).Until(context.Cancellation))
                {
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
        var isFolder = Directory.Exists(path);
        var folder = isFolder ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        foreach (var name in (isFolder ? TokenizerFiles : SpecialTokenFiles).Where(name => File.Exists(Path.Combine(folder, name))))
            Copy(Path.Combine(folder, name), name);
        if (!isFolder)
            Copy(path, Path.GetExtension(path) switch { ".json" => "tokenizer.json", ".gz" => "tokenizer.json.gz", _ => "tokenizer.model" });
    }

    private void Copy(string file, string name)
    {
        using var source = File.OpenRead(file);
        AtomicFile.Write(Path.Combine(Folder, name), source.CopyTo);
    }
}
