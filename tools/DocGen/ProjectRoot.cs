namespace Saker.DocGen;

internal static class ProjectRoot
{
    /// <summary>The folder that holds <c>Router.sln</c>, above this program.</summary>
    public static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Router.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No Router.sln above {AppContext.BaseDirectory}.");
    }
}
