#!/usr/bin/env dotnet
#:property PublishAot=false
#:project ../src/Llamax.Metrics/Llamax.Metrics.csproj
// dotnet run samples/03-score.cs -- hypotheses.txt references.txt
using Llamax.Metrics;
using Llamax.Metrics.Bleu;
using Llamax.Metrics.Chrf;

var (hypotheses, references) = (File.ReadAllLines(args[0]), File.ReadAllLines(args[1]));
IMetric[] metrics = [new ChrfMetric(), new ChrfMetric(new() { WordOrder = 2 }), new BleuMetric()];
foreach (var metric in metrics)
    Console.WriteLine(metric.CorpusScore(hypotheses, references).ToSignedString());
